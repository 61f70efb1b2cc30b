package io.vmha.vsphere;

import java.util.Arrays;

/** A user and a password for one login. The adapter closes it after use, which overwrites the password. Not thread-safe. */
public final class VsphereCredentials implements AutoCloseable {
    private final String user;
    private final char[] password;

    /**
     * Makes one.
     *
     * @param user the user, such as {@code ha@vsphere.local}
     * @param password the password; copied, so that the caller can clear its own
     */
    public VsphereCredentials(String user, char[] password) {
        this.user = user;
        this.password = password.clone();
    }

    String user() {
        return user;
    }

    char[] password() {
        return password;
    }

    /** Overwrites the password. */
    @Override
    public void close() {
        Arrays.fill(password, '\0');
    }

    /** Neither user nor password. */
    @Override
    public String toString() {
        return "VsphereCredentials";
    }
}
