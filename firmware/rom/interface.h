#ifndef ROM_INTERFACE_H
#define ROM_INTERFACE_H

/* Listen on USART1, USART2 and USART3 until one has shown its 0x7F; open the link on it and send ACK. */
void interface_detect(void);

#endif
