"""Scripts that rebuild what ships inside the package."""
