/* AN3155 r20 section 3: the command loop and the three commands that only answer. */
#include "command.h"

#include "commands.h"
#include "link.h"
#include "options.h"

struct command {
  uint8_t code;
  bool while_protected; /* allowed with readout protection on (AN3155 table of commands, footnote) */
  void (*run)(void);
};

/* In the order of the GET answer. */
static const struct command commands[] = {
  {0x00, true, command_get},
  {0x01, true, command_get_version},
  {0x02, true, command_get_id},
  {0x11, false, command_read_memory},
  {0x21, false, command_go},
  {0x31, false, command_write_memory},
  {0x44, false, command_extended_erase},
  {0x63, false, command_write_protect},
  {0x73, false, command_write_unprotect},
  {0x82, false, command_readout_protect},
  {0x92, true, command_readout_unprotect},
};
#define COMMANDS (sizeof commands / sizeof commands[0])

void command_get(void)
{
  link_send(ACK);
  link_send(COMMANDS); /* bytes that follow, less one: the version and the codes */
  link_send(PART_PROTOCOL_VERSION);
  for (uint32_t i = 0; i < COMMANDS; i++) {
    link_send(commands[i].code);
  }
  link_send(ACK);
}

void command_get_version(void)
{
  link_send(ACK);
  link_send(PART_PROTOCOL_VERSION);
  link_send(0x00);
  link_send(0x00);
  link_send(ACK);
}

void command_get_id(void)
{
  link_send(ACK);
  link_send(1); /* bytes that follow, less one */
  link_send(PART_PRODUCT_ID >> 8);
  link_send(PART_PRODUCT_ID & 0xFFu);
  link_send(ACK);
}

static const struct command *find(uint8_t code)
{
  for (uint32_t i = 0; i < COMMANDS; i++) {
    if (commands[i].code == code) {
      return &commands[i];
    }
  }
  return 0;
}

void command_loop(void)
{
  for (;;) {
    uint8_t code;
    link_begin_command();
    /* A second 0x7F is no synchronisation: it is the first half of a command, and whatever follows completes it. */
    const struct command *command = link_receive_complemented(&code) ? find(code) : 0;
    if (command && (command->while_protected || options_rdp() == RDP_LEVEL0)) {
      command->run();
    } else {
      link_send(NACK);
    }
  }
}
