/**
 * How fast decisions are made, beside a plain linear scan and a minimal reference in the same run.
 *
 * <p>Start reading at {@link io.vmha.benchmarks.FailoverBenchmark}.
 */
@NullMarked
package io.vmha.benchmarks;

import org.jspecify.annotations.NullMarked;
