/**
 * The reference embodiment on real parts: three hypervisor hosts, twelve guests, HAProxy in front of them, a replicated
 * PostgreSQL behind them, users' requests through all of it, and faults.
 *
 * <p>Start reading at {@link io.vmha.lab.LabCommand}, then {@link io.vmha.lab.Conductor}.
 */
@NullMarked
package io.vmha.lab;

import org.jspecify.annotations.NullMarked;
