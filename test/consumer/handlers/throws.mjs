throw new RangeError("planted while it loads");
