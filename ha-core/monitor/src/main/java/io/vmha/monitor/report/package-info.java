/**
 * How a fault monitor tells the management center what it found.
 *
 * <p>Both ends of the line speak its one format; neither needs more than the JDK. Start reading at {@link io.vmha.monitor.report.FaultReporter}.
 */
@NullMarked
package io.vmha.monitor.report;

import org.jspecify.annotations.NullMarked;
