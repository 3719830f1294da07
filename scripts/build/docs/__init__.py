"""Build the documentation as a site: python -m scripts.build.docs [FOLDER]."""
