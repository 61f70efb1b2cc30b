package io.vmha.vsphere.internal.vim;

import java.util.Arrays;

/** A user and a password for one login; {@link #close} overwrites the password. Not thread-safe. */
public final class Secret implements AutoCloseable {
    private final String user;
    private final char[] password;

    /** Makes one with a copy of the password. */
    public Secret(String user, char[] password) {
        this.user = user;
        this.password = password.clone();
    }

    String user() {
        return user;
    }

    char[] password() {
        return password;
    }

    @Override
    public void close() {
        Arrays.fill(password, '\0');
    }

    @Override
    public String toString() {
        return "Secret";
    }
}
