import { expect, test } from '@jest/globals';
import { junitXml } from './junit.ts';
import { judge, type TestResult } from './verdict.ts';

const line = (test: string, change: Partial<TestResult> = {}): TestResult => ({
  board: 'one',
  suite: 'go',
  test,
  verdict: 'passed',
  errors: [],
  ms: 1500,
  ...change,
});

test('passed, failed, skipped, and the fault of the rig are told apart', () => {
  const results = [
    line('a'),
    line('b', { verdict: 'failed', blame: 'firmware', errors: ['no start  [HIL-423]\nTry: look'] }),
    line('c', { verdict: 'failed', blame: 'rig', errors: ['no OpenOCD'] }),
    { ...line('d', { verdict: 'skipped', ms: 0 }), skip: 'for others only' },
  ];
  const xml = junitXml(judge(results, results), '2026-01-01T00:00:00.000Z', '0 of 9 confirmed');
  expect(xml.split('\n')).toEqual([
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!-- 0 of 9 confirmed -->',
    '<testsuites name="stm32-hil" tests="4">',
    '  <testsuite name="one go" timestamp="2026-01-01T00:00:00.000Z" tests="4" failures="1" errors="1" skipped="1" time="4.500">',
    '    <properties><property name="silicon" value="0 of 9 confirmed"/></properties>',
    '    <testcase classname="one.go" name="a" time="1.500"/>',
    '    <testcase classname="one.go" name="b" time="1.500"><failure type="firmware" message="no start  [HIL-423]">no start  [HIL-423]',
    'Try: look</failure></testcase>',
    '    <testcase classname="one.go" name="c" time="1.500"><error type="rig" message="no OpenOCD">no OpenOCD</error></testcase>',
    '    <testcase classname="one.go" name="d" time="0.000"><skipped message="for others only"/></testcase>',
    '  </testsuite>',
    '</testsuites>',
    '',
  ]);
});

test('a test without a verdict is an error', () => {
  expect(junitXml(judge([line('a')], []), 'now', 'header')).toContain('errors="1"');
});

test('names and messages cannot break the XML', () => {
  const results = [line('<&">\u001b[31m', { verdict: 'failed', blame: 'test', errors: ['a ]]> \u0000'] })];
  const xml = junitXml(judge(results, results), 'now', 'header');
  expect(xml).toContain('name="&lt;&amp;&quot;&gt;\uFFFD[31m"');
  expect(xml).toContain('a ]]&gt; \uFFFD');
});
