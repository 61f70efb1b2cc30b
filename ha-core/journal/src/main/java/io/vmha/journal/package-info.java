/**
 * A plan journal that survives a crash of the process and of the machine.
 *
 * <p>Uses {@code ha-core} and, for its file, H2's MVStore. Start reading at {@link io.vmha.journal.DurablePlanJournal}.
 */
@NullMarked
package io.vmha.journal;

import org.jspecify.annotations.NullMarked;
