package io.vmha.monitor.report;

import java.time.Instant;

/**
 * A fault that a VM reports of itself, known to be genuine. Immutable.
 *
 * @param vm whose fault it is, and who says so
 * @param kind what is wrong
 * @param observedAt when the VM's monitor found it, by the VM's clock
 * @param source who numbers the reports: the VM with the key that it signs with, such as {@code monitor:mw1/2026}
 * @param sequence the source's running number of this report, 0 or more; the same in each try of it
 */
public record GuestReport(VmName vm, GuestFault kind, Instant observedAt, String source, long sequence) {}
