/**
 * What there is: hosts, virtual machines, clusters and their resources, as immutable values.
 *
 * <p>Uses nothing else of this library, does no I/O and holds no state. Start reading at {@link
 * io.vmha.model.Inventory}, the snapshot that every decision is made from.
 */
@NullMarked
package io.vmha.model;

import org.jspecify.annotations.NullMarked;
