# The same as deploy/azure, for Terraform and OpenTofu: Container Apps in a network of its own, with PostgreSQL,
# Key Vault and file shares that are reached from there alone. It is applied twice: first without programs;
# then, when secrets and CA files are in their places, with them. See docs/install.md.
terraform {
  required_version = ">= 1.5"
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.40"
    }
  }
}

provider "azurerm" {
  features {
    storage {
      # Accounts and shares are made through Azure's own interface: the files' address is private, so from where
      # this runs it would be waited for in vain.
      data_plane_available = false
    }
  }
  storage_use_azuread = true
}

data "azurerm_client_config" "current" {}

resource "azurerm_resource_group" "latchkey" {
  name     = var.name
  location = var.location
}

locals {
  group    = azurerm_resource_group.latchkey.name
  location = azurerm_resource_group.latchkey.location
  unique   = "${var.name}${substr(sha256(azurerm_resource_group.latchkey.id), 0, 6)}"
}
