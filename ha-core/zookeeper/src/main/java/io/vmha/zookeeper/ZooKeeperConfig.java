package io.vmha.zookeeper;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import io.vmha.group.store.Change;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which ensemble a {@link ZooKeeperStore} uses, where in it, and as whom. Immutable; its text has no credential in it.
 *
 * <p>With a credential or a client certificate everything is made so that only its owner can read or change it. Without either, anybody
 * who reaches the ensemble can: that is for ensembles that nothing else reaches.
 */
public final class ZooKeeperConfig {
    private static final Pattern SERVERS = Pattern.compile("[^/,\\s]+:\\d{1,5}(,[^/,\\s]+:\\d{1,5})*");
    private static final Duration SHORTEST = Duration.ofMillis(500);
    private static final Duration LONGEST = Duration.ofMinutes(2);

    private final String servers;
    private final String root;
    private final Duration timeout;
    private final Optional<String> digest;
    private final Map<String, String> tls;

    private ZooKeeperConfig(
            String servers, String root, Duration timeout, Optional<String> digest, Map<String, String> tls) {
        this.servers = servers;
        this.root = root;
        this.timeout = timeout;
        this.digest = digest;
        this.tls = ImmutableMap.copyOf(tls);
    }

    /**
     * An ensemble, without credentials, with a session timeout of 6 seconds.
     *
     * @param servers the ensemble's servers as host:port with commas between them, without a chroot
     * @param root the node under which everything is, such as {@code /vmha/site-a}; it is made where it does not exist, and holds nothing
     *     else
     * @throws IllegalArgumentException if one of them is not as it should be
     */
    public static ZooKeeperConfig of(String servers, String root) {
        checkArgument(
                SERVERS.matcher(servers).matches(),
                "servers must be host:port with commas between them, and no chroot: %s",
                servers);
        checkArgument(root.startsWith("/"), "root must begin with a slash: %s", root);
        String unused = Change.checkedKey(root.substring(1));
        return new ZooKeeperConfig(servers, root, Duration.ofSeconds(6), Optional.empty(), Map.of());
    }

    /**
     * How long the ensemble may be silent: after two thirds of it the connection is given up, and another server is tried.
     *
     * @param chosen half a second to two minutes
     * @throws IllegalArgumentException if it is not
     */
    public ZooKeeperConfig withTimeout(Duration chosen) {
        checkArgument(
                chosen.compareTo(SHORTEST) >= 0 && chosen.compareTo(LONGEST) <= 0,
                "timeout must be %s to %s: %s",
                SHORTEST,
                LONGEST,
                chosen);
        return new ZooKeeperConfig(servers, root, chosen, digest, tls);
    }

    /**
     * A user and password, by ZooKeeper's scheme "digest". They cross the network as they are: use TLS with it.
     *
     * @param user not blank, without a colon
     * @param password not empty
     * @throws IllegalArgumentException if they are not
     */
    public ZooKeeperConfig withDigest(String user, String password) {
        checkArgument(
                !user.isBlank() && user.indexOf(':') < 0, "user must not be blank or have a colon in it: %s", user);
        checkArgument(!password.isEmpty(), "password must not be empty");
        return new ZooKeeperConfig(servers, root, timeout, Optional.of(user + ":" + password), tls);
    }

    /**
     * TLS to the servers, which must be of the names in their certificates.
     *
     * @param trustStore a PKCS #12 or JKS file with what the servers' certificates are signed by
     * @param trustPassword its password
     * @throws IllegalArgumentException if the file's name is blank
     */
    public ZooKeeperConfig withTls(String trustStore, String trustPassword) {
        checkArgument(!trustStore.isBlank(), "trustStore must not be blank");
        ImmutableMap.Builder<String, String> chosen = ImmutableMap.builder();
        chosen.put("zookeeper.client.secure", "true");
        chosen.put("zookeeper.clientCnxnSocket", "org.apache.zookeeper.ClientCnxnSocketNetty");
        chosen.put("zookeeper.ssl.trustStore.location", trustStore);
        chosen.put("zookeeper.ssl.trustStore.password", trustPassword);
        return new ZooKeeperConfig(servers, root, timeout, digest, chosen.buildOrThrow());
    }

    /**
     * A certificate of this client's own, beside {@link #withTls}: where the servers know it, it is the owner of what is made.
     *
     * @param keyStore a PKCS #12 or JKS file with the certificate and its key
     * @param keyPassword its password
     * @throws IllegalStateException if TLS is not set yet
     */
    public ZooKeeperConfig withClientCertificate(String keyStore, String keyPassword) {
        if (tls.isEmpty()) {
            throw new IllegalStateException("a client certificate needs withTls before it");
        }
        ImmutableMap.Builder<String, String> chosen = ImmutableMap.builder();
        chosen.putAll(tls);
        chosen.put("zookeeper.ssl.keyStore.location", keyStore);
        chosen.put("zookeeper.ssl.keyStore.password", keyPassword);
        return new ZooKeeperConfig(servers, root, timeout, digest, chosen.buildKeepingLast());
    }

    String servers() {
        return servers;
    }

    String root() {
        return root;
    }

    Duration timeout() {
        return timeout;
    }

    Optional<String> digest() {
        return digest;
    }

    Map<String, String> tls() {
        return tls;
    }

    /** Whether what is made is its owner's alone. */
    boolean isProtected() {
        return digest.isPresent() || tls.containsKey("zookeeper.ssl.keyStore.location");
    }

    @Override
    public String toString() {
        return servers + root + " (timeout " + timeout + ", " + (tls.isEmpty() ? "no TLS" : "TLS") + ", "
                + (isProtected() ? "protected" : "open to all") + ")";
    }
}
