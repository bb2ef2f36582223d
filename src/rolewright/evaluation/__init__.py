"""Did the role take hold? Arms side by side, judged by code, with intervals."""
