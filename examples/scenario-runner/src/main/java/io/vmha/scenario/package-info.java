/**
 * Reads scenario files, runs them in the simulated datacenter and prints what was decided and done.
 *
 * <p>Start reading at {@link io.vmha.scenario.ScenarioRunner}.
 */
@NullMarked
package io.vmha.scenario;

import org.jspecify.annotations.NullMarked;
