/**
 * What takes reports, keeps the inventory, decides, and carries plans out.
 *
 * <p>The only place with state and effects: one loop owns the state, and one executor performs actions. Start reading at
 * {@link io.vmha.center.ManagementCenter}.
 */
@NullMarked
package io.vmha.center;

import org.jspecify.annotations.NullMarked;
