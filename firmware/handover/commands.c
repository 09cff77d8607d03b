/* The console's language: docs/handover.md. */
#include "commands.h"

#include "console.h"
#include "main.h"
#include "part.h"
#include "retained.h"
#include "text.h"
#include "timebase.h"

static void answer(const char *text)
{
  console_text(text);
  console_end();
}

static void record_fields(const struct start_report *report)
{
  console_decimal_field("n", retained.boots);
  console_decimal_field("diverted", retained.diverted);
  console_decimal_field("fresh", report->fresh);
  console_decimal_field("faults", retained.faults);
  console_text(" tick=");
  console_text(report->tick);
  console_decimal_field("hclk", report->hclk);
  const struct reset_record *const r = &reset_record;
  console_hex_field("csr", r->csr);
#ifndef CORTEX_M_WITHOUT_VTOR
  console_hex_field("vtor", r->vtor);
#endif
  console_hex_field("msp", r->msp);
  console_hex_field("control", r->control);
  console_hex_field("primask", r->primask);
  console_hex_field("ipsr", r->ipsr);
#if defined(__ARM_ARCH_7EM__)
  console_hex_field("basepri", r->basepri);
  console_hex_field("faultmask", r->faultmask);
#endif
  machine_print(&r->machine);
  console_end();
}

void banner(const struct start_report *report)
{
  console_text("@boot");
  record_fields(report);
}

static void state(const struct start_report *report)
{
  console_text("state");
#ifndef CORTEX_M_WITHOUT_VTOR
  console_hex_field("vtor", SCB->VTOR);
#endif
  console_hex_field("control", cpu_control());
  console_hex_field("primask", cpu_primask());
#if defined(__ARM_ARCH_7EM__)
  console_hex_field("basepri", cpu_basepri());
  console_hex_field("faultmask", cpu_faultmask());
#endif
  struct machine now;
  machine_look(&now);
  machine_print(&now);
  console_decimal_field("ticks", timebase_ticks());
  console_decimal_field("hclk", report->hclk);
  console_end();
}

static void fault(void)
{
  if (retained.faults == 0) {
    answer("fault none");
    return;
  }
  console_text("fault");
  console_decimal_field("count", retained.faults);
  console_hex_field("pc", fault_record.pc);
  console_hex_field("xpsr", fault_record.xpsr);
  console_hex_field("lr", fault_record.lr);
#if defined(__ARM_ARCH_7EM__)
  console_hex_field("cfsr", fault_record.cfsr);
  console_hex_field("hfsr", fault_record.hfsr);
#endif
  console_end();
}

static void name_and_value(enum setting setting)
{
  console_text(" ");
  console_text(setting_name(setting));
  console_text("=");
  console_text(setting_word(setting, retained.settings[setting]));
}

static void get(const char *name)
{
  if (!*name) {
    console_text("settings");
    for (uint32_t i = 0; i < SETTING_COUNT; i++) {
      name_and_value((enum setting)i);
    }
    console_end();
    return;
  }
  const enum setting setting = setting_find(name);
  if (setting == SETTING_COUNT) {
    answer("error unknown-setting");
    return;
  }
  console_text("ok");
  name_and_value(setting);
  console_end();
}

static void set(const char *name, const char *word)
{
  const enum setting setting = setting_find(name);
  if (setting == SETTING_COUNT) {
    answer("error unknown-setting");
    return;
  }
  const int value = setting_find_word(setting, word);
  if (value < 0) {
    answer("error unknown-value");
    return;
  }
  retained.settings[setting] = (uint8_t)value;
  retained_seal();
  get(name);
}

static void jump(void)
{
  console_text("jumping via=");
  answer(setting_word(JUMP_VIA, retained.settings[JUMP_VIA]));
  console_drain();
  application_jump();
}

static void reset(void)
{
  answer("resetting");
  console_drain();
  cpu_system_reset();
}

static void defaults(void)
{
  retained_defaults();
  answer("ok defaults");
}

void command_execute(char *line, bool too_long, const struct start_report *report)
{
  if (too_long) {
    answer("error line-too-long");
    return;
  }
  char *rest = line;
  const char *const verb = text_next_word(&rest);
  const char *const first = text_next_word(&rest);
  const char *const second = text_next_word(&rest);
  const char *const third = text_next_word(&rest);
  const uint32_t words = !*first ? 0u : !*second ? 1u : !*third ? 2u : 3u;

  if (!*verb) {
    return;
  }
  if (text_equal(verb, "set")) {
    if (words == 2u) {
      set(first, second);
    } else {
      answer("error usage");
    }
  } else if (text_equal(verb, "get") && words <= 1u) {
    get(first);
  } else if (words != 0) {
    answer("error usage");
  } else if (text_equal(verb, "ping")) {
    answer("pong");
  } else if (text_equal(verb, "defaults")) {
    defaults();
  } else if (text_equal(verb, "record")) {
    console_text("record");
    record_fields(report);
  } else if (text_equal(verb, "state")) {
    state(report);
  } else if (text_equal(verb, "fault")) {
    fault();
  } else if (text_equal(verb, "jump")) {
    jump();
  } else if (text_equal(verb, "reset")) {
    reset();
  } else {
    answer("error unknown-command");
  }
}
