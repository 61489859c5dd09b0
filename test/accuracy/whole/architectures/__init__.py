"""Models that published figures name and no package has, and how the others are got from their packages."""
