/**
 * Carries failover plans out on libvirt: discovery, power, allocation, live migration and cloning of domains.
 *
 * <p>Uses the model and the adapter interfaces of the core, {@code org.libvirt} for what it offers and a small JNA
 * interface for what it lacks. Start reading at {@link io.vmha.libvirt.LibvirtAdapter}.
 */
@NullMarked
package io.vmha.libvirt;

import org.jspecify.annotations.NullMarked;
