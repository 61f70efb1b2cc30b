/**
 * A plan journal that survives a crash of the process and of the machine.
 *
 * <p>Uses {@code io.vmha.center} and, for its file, H2's MVStore ({@code com.h2database:h2-mvstore}), which a user of this
 * package adds to the class path. Start reading at {@link io.vmha.center.durable.DurablePlanJournal}.
 */
@NullMarked
package io.vmha.center.durable;

import org.jspecify.annotations.NullMarked;
