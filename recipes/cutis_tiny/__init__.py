"""How the bundled model cutis-tiny is made: see build.py."""
