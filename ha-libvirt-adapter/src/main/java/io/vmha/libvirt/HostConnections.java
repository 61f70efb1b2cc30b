package io.vmha.libvirt;

/** Where calls to one host get a connection from. Thread-safe. */
interface HostConnections extends AutoCloseable {

    /** A connection in use: it is not closed before it is given back. */
    interface Lease {
        NativeConnection connection();

        /** Ends the use; called exactly once. */
        void giveBack();
    }

    /**
     * Returns a connection, opening one if need be; blocks while it is opened.
     *
     * @throws NotConnected if it cannot be opened, or could not a moment ago
     */
    Lease lease();

    /** Whether there is a connection that is not known to be lost. */
    boolean isConnected();

    /** Closes the connections as soon as nobody uses them; none is opened any more. */
    @Override
    void close();

    /** No connection could be opened. */
    final class NotConnected extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient LibvirtError error;

        NotConnected(String address, LibvirtError error) {
            super("cannot connect to " + address + ": " + error);
            this.error = error;
        }

        LibvirtError error() {
            return error;
        }
    }
}
