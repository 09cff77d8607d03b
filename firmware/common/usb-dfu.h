/* The numbers of a DFU interface and of its functional descriptor (DFU 1.1 4.1.2, 4.1.3, 4.2.3). */
#ifndef COMMON_USB_DFU_H
#define COMMON_USB_DFU_H

#define DFU_CLASS_APPLICATION 0xFEu
#define DFU_SUBCLASS 1u
#define DFU_PROTOCOL_RUNTIME 1u
#define DFU_PROTOCOL_DFU_MODE 2u

#define DFU_DESCRIPTOR_FUNCTIONAL 0x21u
#define DFU_FUNCTIONAL_SIZE 9u

/* bmAttributes */
#define DFU_CAN_DNLOAD 0x01u
#define DFU_CAN_UPLOAD 0x02u
#define DFU_WILL_DETACH 0x08u

#endif
