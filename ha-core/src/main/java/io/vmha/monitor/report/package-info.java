/**
 * How a fault monitor tells the management center what it found.
 *
 * <p>Uses the model and faults only. Start reading at {@link io.vmha.monitor.report.FaultReporter}.
 */
@NullMarked
package io.vmha.monitor.report;

import org.jspecify.annotations.NullMarked;
