"""sRGB, Lab and spectra: numbers for colours. Knows no skin."""
