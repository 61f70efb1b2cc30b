package io.vmha.adapter.haproxy;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.model.VmId;
import java.util.regex.Pattern;

/**
 * The server of HAProxy that stands for one machine.
 *
 * @param vm the machine
 * @param backend the backend's name in HAProxy's configuration: letters, digits and {@code . _ : -}
 * @param name the server's name in it, made of the same characters; unique among all servers of a director, since sessions
 *     carry it in their cookie
 * @param share the machine's own share of new sessions, 0 to 256 as HAProxy's weights; 0 for a machine of the standby
 *     cluster, which serves only what is moved to it
 */
public record HaproxyServer(VmId vm, String backend, String name, int share) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._:-]{1,255}");
    static final int MAX_WEIGHT = 256;

    /**
     * Checks names and share, so that nothing but a name can come into a command.
     *
     * @throws IllegalArgumentException if a name has another character, or the share is out of range
     */
    public HaproxyServer {
        checkName("backend", backend);
        checkName("server", name);
        checkArgument(share >= 0 && share <= MAX_WEIGHT, "share of %s must be 0 to %s: %s", vm, MAX_WEIGHT, share);
    }

    private static void checkName(String what, String name) {
        checkArgument(
                NAME.matcher(name).matches(),
                "name of a %s must be letters, digits, '.', '_', ':' or '-': %s",
                what,
                name);
    }

    /** As commands name it. */
    String path() {
        return backend + "/" + name;
    }
}
