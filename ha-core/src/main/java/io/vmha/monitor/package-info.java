/**
 * What runs in each virtual machine: probes on a schedule, the isolation of a machine that failed, and the report of it.
 *
 * <p>Uses the model, faults and {@code monitor.report} only. Start reading at {@link io.vmha.monitor.FaultMonitor}.
 */
@NullMarked
package io.vmha.monitor;

import org.jspecify.annotations.NullMarked;
