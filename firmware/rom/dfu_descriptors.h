#ifndef ROM_DFU_DESCRIPTORS_H
#define ROM_DFU_DESCRIPTORS_H

#define DFU_DESCRIPTOR_FUNCTIONAL 0x21u

/* bmAttributes of the functional descriptor (DFU 1.1 4.1.3) */
#define DFU_CAN_DNLOAD 0x01u
#define DFU_CAN_UPLOAD 0x02u
#define DFU_WILL_DETACH 0x08u

#endif
