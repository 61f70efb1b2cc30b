package io.vmha.monitor;

import io.vmha.fault.FaultKind;
import java.time.Instant;

/**
 * A fault that lasted as long as its watch asks for. Immutable.
 *
 * @param watch the name of the watch that found it
 * @param kind what is wrong
 * @param detail what was seen last
 * @param foundAt when, by this machine's clock
 */
public record FoundFault(String watch, FaultKind kind, String detail, Instant foundAt) {}
