output "vault_name" {
  value = azurerm_key_vault.latchkey.name
}

output "storage_name" {
  value = azurerm_storage_account.latchkey.name
}

output "database_host" {
  value = azurerm_postgresql_flexible_server.latchkey.fqdn
}

output "static_ip" {
  description = "Where the host names lead."
  value       = azurerm_container_app_environment.latchkey.static_ip_address
}
