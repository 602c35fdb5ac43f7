resource "azurerm_virtual_network" "latchkey" {
  name                = var.name
  resource_group_name = local.group
  location            = local.location
  address_space       = ["10.40.0.0/16"]
}

resource "azurerm_subnet" "apps" {
  name                 = "apps"
  resource_group_name  = local.group
  virtual_network_name = azurerm_virtual_network.latchkey.name
  address_prefixes     = ["10.40.0.0/23"]

  delegation {
    name = "apps"
    service_delegation {
      name    = "Microsoft.App/environments"
      actions = ["Microsoft.Network/virtualNetworks/subnets/join/action"]
    }
  }
}

resource "azurerm_subnet" "database" {
  name                 = "database"
  resource_group_name  = local.group
  virtual_network_name = azurerm_virtual_network.latchkey.name
  address_prefixes     = ["10.40.2.0/28"]

  delegation {
    name = "database"
    service_delegation {
      name    = "Microsoft.DBforPostgreSQL/flexibleServers"
      actions = ["Microsoft.Network/virtualNetworks/subnets/join/action"]
    }
  }
}

resource "azurerm_subnet" "endpoints" {
  name                 = "endpoints"
  resource_group_name  = local.group
  virtual_network_name = azurerm_virtual_network.latchkey.name
  address_prefixes     = ["10.40.3.0/27"]
}

locals {
  zones = {
    database = "${var.name}.private.postgres.database.azure.com"
    vault    = "privatelink.vaultcore.azure.net"
    files    = "privatelink.file.core.windows.net"
  }
  endpoints = {
    vault = { target = azurerm_key_vault.latchkey.id, group = "vault" }
    files = { target = azurerm_storage_account.latchkey.id, group = "file" }
  }
}

resource "azurerm_private_dns_zone" "latchkey" {
  for_each            = local.zones
  name                = each.value
  resource_group_name = local.group
}

resource "azurerm_private_dns_zone_virtual_network_link" "latchkey" {
  for_each              = local.zones
  name                  = var.name
  resource_group_name   = local.group
  private_dns_zone_name = azurerm_private_dns_zone.latchkey[each.key].name
  virtual_network_id    = azurerm_virtual_network.latchkey.id
}

resource "azurerm_private_endpoint" "latchkey" {
  for_each            = local.endpoints
  name                = "${local.unique}-${each.key}"
  resource_group_name = local.group
  location            = local.location
  subnet_id           = azurerm_subnet.endpoints.id

  private_service_connection {
    name                           = each.key
    private_connection_resource_id = each.value.target
    subresource_names              = [each.value.group]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = "default"
    private_dns_zone_ids = [azurerm_private_dns_zone.latchkey[each.key].id]
  }
}
