/**
 * Carries plans out on vSphere, and reports the faults that a vCenter server sees.
 *
 * <p>Stands behind the interfaces of {@code io.vmha.adapter}. Start reading at {@link io.vmha.vsphere.VsphereAdapter}.
 */
@NullMarked
package io.vmha.vsphere;

import org.jspecify.annotations.NullMarked;
