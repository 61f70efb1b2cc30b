/** The fault monitor as a service: a configuration file, a command and a log. Start reading at {@link io.vmha.guestmonitor.GuestMonitor}. */
@NullMarked
package io.vmha.guestmonitor;

import org.jspecify.annotations.NullMarked;
