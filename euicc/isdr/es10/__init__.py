"""The functions of ES10a, ES10b and ES10c, SGP.22 5.7, one module per feature."""
