#ifndef ROM_INTERFACE_H
#define ROM_INTERFACE_H

/*
 * Listen on the part's USARTs until one has shown its 0x7F; open the link on it and send ACK. Does not return where a host on USB came first.
 */
void interface_detect(void);

#endif
