/**
 * The library in use: the reference embodiment in memory, and one decision carried out on a real libvirt.
 *
 * <p>Start reading at {@link io.vmha.quickstart.Quickstart}.
 */
@NullMarked
package io.vmha.quickstart;

import org.jspecify.annotations.NullMarked;
