"""The one home of shared-prefix computation: the system role is computed once."""
