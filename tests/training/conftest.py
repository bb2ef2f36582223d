import pytest

from rolewright.role.schema import RoleFile


@pytest.fixture
def role():
    return RoleFile("role.yaml", "name: Atlas\n", "Atlas", "", "en", "Be terse.", False, (), ())


@pytest.fixture
def additions(talk):
    """Small sums, one conversation each."""
    return [talk(f"What is {i} and {i}?", str(2 * i), id=f"sum-{i}") for i in range(20)]
