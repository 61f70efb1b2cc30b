package io.vmha.vsphere.internal.vim;

import java.time.Duration;
import java.util.List;

/** Changes of properties as the server tells them. Used by one thread at a time; {@link #close} by any. */
public interface UpdateStream extends AutoCloseable {

    /**
     * Waits for changes, at most that long; empty if there were none.
     *
     * @throws VimFault if the server refused
     * @throws TransportException if no answer came
     */
    Updates next(Duration longest);

    /**
     * Changes in the order in which they happened.
     *
     * @param whole whether these tell everything there is anew, so that what is not among them is gone
     * @param objects what changed
     */
    record Updates(boolean whole, List<ObjectUpdate> objects) {}

    @Override
    void close();
}
