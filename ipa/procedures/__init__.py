"""The procedures of SGP.22 chapter 3 and 5.7 as generators of steps: no input or output, one module per subject."""
