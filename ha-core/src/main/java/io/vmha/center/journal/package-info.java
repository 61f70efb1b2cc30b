/**
 * What a management center writes down so that the next one finishes what it left, and the interface of what keeps it.
 *
 * <p>Start reading at {@link io.vmha.center.journal.PlanJournal}.
 */
@NullMarked
package io.vmha.center.journal;

import org.jspecify.annotations.NullMarked;
