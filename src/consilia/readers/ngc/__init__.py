"""Records of the National Guideline Clearinghouse."""
