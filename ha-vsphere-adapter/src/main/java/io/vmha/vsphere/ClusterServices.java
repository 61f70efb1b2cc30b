package io.vmha.vsphere;

/**
 * What vSphere itself does in a cluster that this library does too.
 *
 * @param cluster the cluster's name
 * @param highAvailability whether vSphere HA is on, which restarts machines of failed hosts
 * @param resourceScheduler whether DRS is on, which may move machines by itself
 */
public record ClusterServices(String cluster, boolean highAvailability, boolean resourceScheduler) {}
