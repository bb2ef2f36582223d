"""What is the matter with a role file that can be loaded."""

from rolewright.role.lint.lint import lint_role

__all__ = ["lint_role"]
