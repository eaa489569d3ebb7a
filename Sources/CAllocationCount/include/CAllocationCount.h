/// How many times the calling thread has requested memory; 0 where nothing is counted.
unsigned long allocation_count(void);
