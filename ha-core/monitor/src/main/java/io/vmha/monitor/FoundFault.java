package io.vmha.monitor;

import io.vmha.monitor.report.GuestFault;
import java.time.Instant;

/**
 * A fault that lasted as long as its watch asks for. Immutable.
 *
 * @param watch the name of the watch that found it
 * @param kind what is wrong
 * @param detail what was seen last
 * @param foundAt when, by this machine's clock
 */
public record FoundFault(String watch, GuestFault kind, String detail, Instant foundAt) {}
