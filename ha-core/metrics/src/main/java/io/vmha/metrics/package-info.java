/**
 * What a management center does and how it is, as Micrometer meters. It takes what the center tells listeners and answers to whoever
 * asks for its health, and stands in front of an adapter and a journal to time their calls.
 *
 * <p>Start reading at {@link io.vmha.metrics.HaMetrics}.
 */
@NullMarked
package io.vmha.metrics;

import org.jspecify.annotations.NullMarked;
