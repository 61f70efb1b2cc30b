/**
 * What the monitor's packages share and no user needs: checks of arguments and threads, so that a guest carries no library for
 * them. Exported to nobody; uses the JDK only. Start reading at {@link io.vmha.monitor.internal.Checks}.
 */
@NullMarked
package io.vmha.monitor.internal;

import org.jspecify.annotations.NullMarked;
