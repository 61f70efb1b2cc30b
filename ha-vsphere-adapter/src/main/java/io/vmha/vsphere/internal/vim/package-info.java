/**
 * A small typed client for the part of the vSphere Web Services API that the adapter needs. Not exported.
 *
 * <p>Uses the JDK alone, and ignores elements, types and enumeration values that it does not know. Start reading at {@link
 * io.vmha.vsphere.internal.vim.VimClient}.
 */
@NullMarked
package io.vmha.vsphere.internal.vim;

import org.jspecify.annotations.NullMarked;
