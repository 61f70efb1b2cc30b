/**
 * What runs in each virtual machine: probes on a schedule, the isolation of a machine that failed, and the report of it.
 *
 * <p>Uses {@code monitor.report} and the JDK only. Start reading at {@link io.vmha.monitor.FaultMonitor}.
 */
@NullMarked
package io.vmha.monitor;

import org.jspecify.annotations.NullMarked;
