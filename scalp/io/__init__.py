"""Files in and out: photos, points, price lists, assets, treatments. The only room that opens a file."""
